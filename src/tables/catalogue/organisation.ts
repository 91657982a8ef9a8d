import { z } from 'zod';
import { defineDocument, defineTable, defineTracker } from './define.js';
import { decimal, developer, email, moment, number, text, url } from './fields.js';

export const ldap = defineTable({
  name: 'ldap',
  description: 'A member of the group of the project in the directory of the organisation.',
  required: { display_name: text(100) },
  optional: { name: developer, email },
  encrypt: ['name', 'display_name', 'email'],
  marksClearText: false,
});

export const reservations = defineTable({
  name: 'reservations',
  description: 'A reservation of a room in TOPdesk.',
  required: {
    reservation_id: text(10),
    requester: text(500),
    number_of_people: z.union([number, z.literal('')]),
    description: text(),
    start_date: moment,
    end_date: moment,
    prepare_date: moment,
    close_date: moment,
  },
  encrypt: ['requester'],
  marksClearText: false,
  freeText: ['description'],
});

export const seats = defineTable({
  name: 'seats',
  description: 'The number of seats of the project in a month.',
  required: { month: z.string().regex(/^[1-9][0-9]{3}-(0[1-9]|1[0-2])$/), seats: decimal },
  key: ['month'],
});

export const guilds = defineTable({
  name: 'guilds',
  description: 'A meeting of a guild, of no project. Its fields beside the date are those that guilds.yml names.',
  required: { date: moment },
  optional: { topic: text(), description: text() },
  freeText: ['topic', 'description'],
});

export const bigboatStatus = defineTable({
  name: 'bigboat_status',
  file: 'data_bigboat.json',
  description: 'The health of a part of a BigBoat dashboard at a moment.',
  required: {},
  optional: {
    name: text(100),
    checked_time: moment,
    ok: z.union([z.boolean(), z.null()]),
    value: z.union([z.number(), z.boolean(), z.null()]),
    max: z.union([z.number(), z.null()]),
  },
});

const count = z.int().min(0).max(2147483647);

export const jenkins = defineDocument(
  'data_jenkins.json',
  z
    .object({ host: url, jobs: count, views: count, nodes: count })
    .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .describe('How many jobs, views and nodes a Jenkins server has.'),
);

export const seatsFiles = defineTracker(
  'seats_files.json',
  z.array(z.string()).describe('The files with seats that were read.'),
);
