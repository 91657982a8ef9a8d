import { defineServerEnvironments } from '../server-environments.js';
import { serverSchema } from './schema.js';

export const reportPages = /\/[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}\/*$/;

export const qualityTimeEnvironments = defineServerEnvironments({
  type: 'quality-time',
  name: 'Quality-time',
  pages: reportPages,
  environment: (url) => ['quality-time', url],
  findVersion: async (api) => (await api.getJson('api/v3/server', serverSchema)).version,
});
