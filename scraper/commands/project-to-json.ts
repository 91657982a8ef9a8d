import { projectToJson } from '../../src/sources/definitions/project-to-json.js';
import { withServers } from '../definition-command.js';
import { defineStepCommand } from '../step-command.js';

export const command = defineStepCommand(withServers, ({ url }) => projectToJson(url === undefined ? {} : { url }), {
  anyProject: true,
  strict: ({ strict }) => strict,
});
