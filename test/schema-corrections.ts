/** A place in the published schemas where they are wrong, or narrower than what is exported rightly. */
export interface Correction {
  readonly schema: string;
  /** JSON pointer of what is replaced. */
  readonly at: string;
  readonly to: unknown;
}

const text = (maxLength?: number) => (maxLength === undefined ? { type: 'string' } : { type: 'string', maxLength });
const pattern = (expression: RegExp) => ({ type: 'string', pattern: expression.source });
const orUnknown = (schema: unknown) => ({ anyOf: [schema, { const: '0' }] });
const moment = { $ref: '../utils.json#/$defs/datetime' };
const flag = { $ref: '../utils.json#/$defs/boolean' };
const decimal = pattern(/^-?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?$/);
const date = pattern(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/);
const revision = pattern(/^([a-f0-9]{1,100}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9]{2}:?[0-9]{2}))$/);
const target = { anyOf: [decimal, { const: '' }, { type: 'null' }] };
const nullableText = (maxLength?: number) => ({ anyOf: [text(maxLength), { type: 'null' }] });

function fields(schema: string, row: string, replaced: Readonly<Record<string, unknown>>): readonly Correction[] {
  return Object.entries(replaced).map(([field, to]) => ({ schema, at: `/$defs/${row}/properties/${field}`, to }));
}

function required(schema: string, row: string, names: readonly string[]): Correction {
  return { schema, at: `/$defs/${row}/required`, to: names };
}

/** Where what is exported differs from the published schemas, and why. */
export const deviations: readonly { readonly reason: string; readonly corrections: readonly Correction[] }[] = [
  {
    reason: 'These tables are encrypted, too: by the mapping of Jira, and by ours where the original forgot it.',
    corrections: [
      ...fields('jira/issue.json', 'issue', { encrypted: flag }),
      ...fields('jira/comments.json', 'comment', { encrypted: flag }),
      ...fields('jira/developer.json', 'jira_developer', { encrypted: flag }),
      ...fields('quality/metric_versions.json', 'metric_version', { encrypted: flag }),
      ...fields('ldap/members.json', 'ldap_developer', { encrypted: flag }),
      ...fields('topdesk/reservations.json', 'reservation', { encrypted: flag }),
    ],
  },
  {
    reason:
      'Authors configure any text as their address, and a pseudonym is none either. Revisions of Subversion need not have a date.',
    corrections: [
      ...fields('vcs/vcs_versions.json', 'vcs_version', { developer_email: text(100), commit_date: orUnknown(moment) }),
      ...fields('vcs/tag.json', 'vcs_tag', { tagger_email: text(100) }),
      ...fields('vcs/vcs_event.json', 'vcs_event', { email: text(100) }),
      ...fields('jira/developer.json', 'jira_developer', { email: text(100) }),
      ...fields('ldap/members.json', 'ldap_developer', { email: text(100) }),
    ],
  },
  {
    reason: 'Git changes the type of a path, too, as from file to symbolic link.',
    corrections: [
      ...fields('vcs/change_path.json', 'change_path', { change_type: { enum: ['M', 'A', 'D', 'R', 'T'] } }),
    ],
  },
  {
    reason: 'Comments on GitHub stand on unchanged lines, too.',
    corrections: [
      ...fields('vcs/commit_comment.json', 'commit_comment', { line_type: { enum: ['old', 'new', 'context', '0'] } }),
    ],
  },
  {
    reason: 'Revisions of Subversion are numbers.',
    corrections: [
      {
        schema: 'vcs/latest_vcs_versions.json',
        at: '/$defs/latest_vcs_versions/patternProperties/.+',
        to: { anyOf: [{ $ref: '../utils.json#/$defs/version' }, { type: 'integer', minimum: 0 }] },
      },
    ],
  },
  {
    reason: 'Sources without any item have a moment of the year 1.',
    corrections: [
      ...['vcs/gitlab_update', 'vcs/github_update', 'tfs/tfs_update'].map((name) => ({
        schema: `${name}.json`,
        at: `/$defs/${name.slice(4)}/patternProperties/.+`,
        to: pattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$/),
      })),
    ],
  },
  {
    reason: 'Iterations without dates; ranks of TFS are larger than the integers of the importer.',
    corrections: [
      ...fields('tfs/sprint.json', 'tfs_sprint', { start_date: orUnknown(moment), end_date: orUnknown(moment) }),
      ...fields('tfs/work_item.json', 'tfs_work_item', {
        rank_change: pattern(/^[0-9]{1,10}$/),
        story_points: decimal,
      }),
    ],
  },
  {
    reason:
      'The mapping decides which fields are exported, and whether types and resolutions are numbers or names; a yes or no that is something else stays as it is. Floats are as Python writes them.',
    corrections: [
      ...fields('jira/issue.json', 'issue', {
        issuetype: text(100),
        resolution: text(100),
        bugfix: text(100),
        approved: text(100),
        approved_by_po: text(100),
        storypoint: decimal,
        duedate: orUnknown(date),
      }),
      required('jira/issue.json', 'issue', ['issue_id', 'changelog_id', 'key', 'title', 'attachment']),
      required('jira/comments.json', 'comment', ['id', 'issue_id']),
      required('jira/issuetype.json', 'issuetype', ['id', 'name']),
      required('jira/resolution.json', 'resolution', ['id', 'name']),
      required('jira/status.json', 'status', ['id', 'name']),
    ],
  },
  {
    reason: 'The published format also asks for a day that exists, which upstream does not.',
    corrections: [
      ...fields('jira/version.json', 'fix_version', { start_date: orUnknown(date), release_date: orUnknown(date) }),
    ],
  },
  {
    reason: 'Sprints that are not over.',
    corrections: [
      ...fields('jira/sprint.json', 'jira_sprint', {
        start_date: orUnknown(moment),
        end_date: orUnknown(moment),
        complete_date: orUnknown(moment),
      }),
    ],
  },
  {
    reason: 'Names of metrics are UUIDs, or hold the key of a component; domains have names that people gave.',
    corrections: [
      ...fields('quality/metric_names.json', 'metric_name', { base_name: text(100), domain_name: text(100) }),
      ...fields('quality/metrics.json', 'metric_value', {
        name: text(100),
        value: pattern(/^\s*[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?\s*$/),
      }),
      ...fields('quality/metric_defaults.json', 'target', {
        base_name: text(100),
        version_id: revision,
        perfect_value: decimal,
        target_value: target,
        low_target_value: target,
      }),
      ...fields('quality/metric_targets.json', 'quality_metric_target', {
        name: text(100),
        revision,
        target,
        low_target: target,
        debt_target: target,
      }),
    ],
  },
  {
    reason: 'The schema leaves the address out, though it is exported.',
    corrections: [
      ...fields('quality/metric_versions.json', 'metric_version', { version_id: revision, email: text(100) }),
    ],
  },
  {
    reason:
      'Versions are revisions in any form; targets are rows without the name and revision that they are kept under.',
    corrections: [
      {
        schema: 'quality/update.json',
        at: '/$defs/quality_update/properties/versions/patternProperties/.+',
        to: revision,
      },
      {
        schema: 'quality/update.json',
        at: '/$defs/metric_options_update/properties/targets/patternProperties/.+',
        to: { type: 'object', additionalProperties: nullableText() },
      },
    ],
  },
  {
    reason: 'Addresses of sources may be those of scp (`git@host:path`), and of old servers with blanks.',
    corrections: [
      ...fields('project/sources.json', 'source', { url: text(255) }),
      ...fields('project/source_ids.json', 'source_id', { url: text(255) }),
      ...fields('project/environments.json', 'source_environment', {
        url: { anyOf: [text(255), { type: 'null' }] },
        environment: { anyOf: [text(500), { type: 'array', items: nullableText() }] },
      }),
    ],
  },
  {
    reason: 'What upstream does not say is null.',
    corrections: [
      ...fields('project/metadata.json', 'project_metadata', {
        github_team: nullableText(100),
        gitlab_group_name: nullableText(100),
        tfs_collection: nullableText(),
        quality_name: nullableText(100),
        quality_display_name: nullableText(100),
      }),
    ],
  },
  {
    reason: 'Servers may be known by a name without scheme.',
    corrections: [...fields('jenkins/statistics.json', 'stats', { host: text(255) })],
  },
  {
    reason: 'A reservation may be for nobody in particular; seats are shared between projects.',
    corrections: [
      ...fields('topdesk/reservations.json', 'reservation', {
        number_of_people: { anyOf: [{ $ref: '../utils.json#/$defs/positive_integer' }, { const: '' }] },
      }),
      ...fields('seats/counts.json', 'seat_count', { seats: decimal }),
    ],
  },
  {
    reason: 'Parts of a dashboard whose health is not known; other fields have the types that they have in all tables.',
    corrections: [
      {
        schema: 'bigboat/status.json',
        at: '/$defs/bigboat_status_measurement/additionalProperties',
        to: { $ref: '../utils.json#/$defs/bufferable' },
      },
      ...fields('bigboat/status.json', 'bigboat_status_measurement', {
        ok: { type: ['boolean', 'null'] },
        value: { type: ['number', 'boolean', 'null'] },
      }),
    ],
  },
];

export const corrections: readonly Correction[] = deviations.flatMap((deviation) => deviation.corrections);
