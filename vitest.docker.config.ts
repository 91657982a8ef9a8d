import { defineConfig } from 'vitest/config';

/** Tests that build and run the image, `npm run test:docker`: they need an engine, and minutes. */
export default defineConfig({
  test: {
    name: 'docker',
    include: ['test/docker/**/*.test.ts'],
    globalSetup: 'test/docker/support/build-image.ts',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
