import { historyToJson } from '../../src/sources/definitions/history-to-json.js';
import { revisionsOf, withRevisions, withServers } from '../definition-command.js';
import { defineStepCommand } from '../step-command.js';

export const command = defineStepCommand(
  (yargs) => withRevisions(withServers(yargs)),
  (args) => historyToJson(revisionsOf(args)),
  { anyProject: true, strict: ({ strict }) => strict },
);
