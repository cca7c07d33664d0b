import { samplesOf, secondsOf } from '../audio/sample-rate.js';
import { createOrderedRequests } from '../delivery/flush-requests.js';
import { createLedger, type Ledger } from '../delivery/ledger.js';
import { createLiveness } from '../delivery/liveness.js';
import { createLosses } from '../delivery/losses.js';
import { createTextIntake } from '../delivery/text-intake.js';
import type { Transfer, TransferListener } from '../delivery/transfer.js';
import type { Identification } from '../speakers/identification.js';
import type { Entry, RecordedBytes } from './recorded-bytes.js';
import { createRecordedSender } from './recorded-sender.js';

interface RecordedTransferOptions {
  /** Unsettled seconds at which a server that acknowledges nothing is asked to flush. */
  readonly flushSeconds: number;
  readonly recorded: RecordedBytes;
  readonly identification: Identification;
  readonly listener: TransferListener;
  /** A session has begun that needs another recording. */
  readonly onStranded: () => void;
}

/**
 * As the transfer of samples, for what a recorder of the browser has written. A session that is resumed is sent the next byte; a
 * new one the header and everything from the cluster on in which the first audio is that has no final text. Only WebM can be cut
 * in this way; for other recordings, the recorder has to begin anew.
 */
export function createRecordedTransfer({
  flushSeconds,
  recorded,
  identification,
  listener,
  onStranded,
}: RecordedTransferOptions): Transfer {
  const ledger = createLedger(1);
  const requests = createOrderedRequests();
  const sender = createRecordedSender(recorded, requests, identification);
  const liveness = createLiveness({ ledger, requests, flushSeconds });
  const losses = createLosses();
  const text = createTextIntake({ ledger, requests, channels: 1, ownOf: identification.ownOf, listener });
  /** How far the server is known to have the recording. */
  let received = 0;

  /** What the last session has not settled is lost. */
  function beginAnew(): Entry {
    const entry = recorded.giveUp();
    losses.addDropped(ledger.settled(), samplesOf(entry.seconds), 0);
    onStranded();
    return entry;
  }

  return {
    ...sender,
    begin: (receivedBytes) => {
      if (receivedBytes === undefined) {
        const entry = recorded.entryAt(secondsOf(ledger.settled())) ?? beginAnew();
        ledger.beginSession(Math.max(ledger.settled(), samplesOf(entry.seconds)));
        requests.beginSession(entry.at);
        sender.beginSession(entry);
        received = entry.at;
      } else sender.resume(receivedBytes);
      requests.forgetSent();
      liveness.begin();
    },
    interrupt: sender.disconnect,
    isDead: liveness.isDead,
    heard: (message) => {
      liveness.heard();
      if (message.type === 'error' && message.code === 'audio_lost')
        losses.addUnrecognised(message.start, message.end);
    },
    takeText: (message) => {
      keepUp(ledger, recorded);
      if (message.type === 'acknowledged')
        received = Math.max(received, sender.placeOf(message.receivedSamples));
      text.take(message);
      if (message.type === 'acknowledged') identification.confirm(received);
      recorded.release(received, secondsOf(ledger.settled()));
      listener.onSettled();
    },
    onAudio: liveness.flushIfMuchIsUnsettled,
    flush: (kind) => {
      requests.add(kind, recorded.end());
      sender.send();
    },
    drop: () => undefined,
    nextFinals: ledger.next,
    sequenceOffsets: ledger.offsets,
    waitingSeconds: () => Math.max(0, recorded.endSeconds() - recorded.secondsAt(received)),
    lostSamples: losses.samples,
  };
}

/** The last packets of a recording show only when the next cluster begins, seconds. */
const AHEAD_SECONDS = 1;

/** The ledger settles nothing that was not sent, but of a recording it is known only roughly what that is. */
function keepUp(ledger: Ledger, recorded: RecordedBytes): void {
  const ahead = samplesOf(recorded.endSeconds() + AHEAD_SECONDS) - ledger.sent();
  if (ahead > 0) ledger.advance(ahead);
}
