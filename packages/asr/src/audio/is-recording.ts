import { open } from 'node:fs/promises';
import { createByteSource } from './byte-source.js';
import { DETECTION_BYTES, detectContainer } from './containers/detect-container.js';
import { skipId3Tags } from './containers/id3.js';

/** Whether the file's content is audio that is decoded without the help of ffmpeg. False if it cannot be read. */
export async function isRecording(path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const bytes = createByteSource(async () => {
      const { bytesRead, buffer } = await handle.read(
        Buffer.alloc(DETECTION_BYTES),
        0,
        DETECTION_BYTES,
        null,
      );
      return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
    });
    await skipId3Tags(bytes);
    return detectContainer(await bytes.peek(DETECTION_BYTES)) !== 'other';
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
