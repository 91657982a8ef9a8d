import { requirements } from '../../programs.js';
import { docker, image } from './docker.js';

/** Builds the image once for all tests, where there is an engine. */
export default async function buildImage(): Promise<void> {
  if (requirements.docker.find() === undefined) return;
  await docker('build', '--quiet', '--tag', image, '.');
}
