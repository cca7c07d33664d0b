import { RecordingElement } from '../shared-recording/recording-element.js';

/** `<auscult-dictation>`: writes what is dictated into fields of the page. */
export class DictationElement extends RecordingElement {
  protected recordingChanged(): void {
    // Nothing is shown yet.
  }

  protected messagesChanged(): void {
    // Nothing is shown yet.
  }
}
