import { defineServerEnvironments } from '../server-environments.js';

/** Pages about the server or a component, whose key is in the query. */
export const componentPages =
  /\/(?:dashboard(?:\/index)?|overview|component_measures|code|projects|project\/[a-z_/]+)\/*$/;

export const sonarQubeEnvironments = defineServerEnvironments({
  type: 'sonar',
  name: 'SonarQube',
  pages: componentPages,
  findVersion: async (api) => (await api.send('GET', 'api/server/version')).text.trim(),
});
