import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Logger } from '../log/logger.js';
import type { PluginPlace } from './find-plugins.js';
import { pluginModule } from './plugin-schema.js';
import { addSource } from './registry.js';

/** A module that is imported may wait for something that never comes. */
const patience = 10_000;

/** Imports plug-ins, and adds what they export to the sources. One that is broken is named and skipped. */
export async function loadPlugins(places: readonly PluginPlace[], log: Logger): Promise<void> {
  for (const place of places) {
    try {
      addSource(await importSource(place), place.name);
      log.debug(`The plug-in ${place.name} is loaded from ${place.folder}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error(`The plug-in ${place.name} in ${place.folder} is skipped: ${reason}`);
      log.debug({ err: error }, 'Where it happened');
    }
  }
}

async function importSource({ folder, entry }: PluginPlace) {
  const file = path.resolve(folder, entry);
  const late = delay(patience, undefined, { ref: false }).then(() => {
    throw new Error(`${entry} is not loaded within ${patience / 1000} s`);
  });
  const loaded: unknown = await Promise.race([import(pathToFileURL(file).href), late]);
  const { data, error } = pluginModule.safeParse(loaded);
  if (data === undefined) throw new Error(`${entry} exports no source: ${error.issues[0]?.message}`);
  return data.default;
}
