import { msg, str } from '@lit/localize';
import type { EchoFinding, MicrophoneFinding } from './check-microphone.js';

/** A finding in words for people. */
export interface FindingDescription {
  readonly title: string;
  readonly sentence: string;
  readonly tone: 'calm' | 'good' | 'bad';
}

/**
 * Says what a check of the microphone has found, and what to do.
 *
 * @param userAgent of the browser, since each has its own place where a microphone is allowed
 */
export function describeFinding(finding: MicrophoneFinding, userAgent: string): FindingDescription {
  switch (finding.kind) {
    case 'asking':
      return {
        title: msg('The browser asks for the microphone'),
        sentence: msg('Allow it, so that this page can hear you.'),
        tone: 'calm',
      };
    case 'denied':
      return { title: msg('The microphone is not allowed'), sentence: sayHowToAllow(userAgent), tone: 'bad' };
    case 'missing':
      return {
        title: msg('No microphone found'),
        sentence: msg('Plug one in, or choose another below.'),
        tone: 'bad',
      };
    case 'busy':
      return {
        title: msg('The microphone does not answer'),
        sentence: msg('Close other programs that use it, such as video calls, and check again.'),
        tone: 'bad',
      };
    case 'unsupported':
      return {
        title: msg('This page cannot use microphones here'),
        sentence: msg('Open it over https, in a current browser.'),
        tone: 'bad',
      };
    case 'waiting':
      return {
        title: msg('Say something'),
        sentence: msg('Speak as you will when you dictate. The bar below should move.'),
        tone: 'calm',
      };
    case 'silent':
      return {
        title: msg('No sound comes in'),
        sentence: msg(
          str`“${finding.device}” gives nothing at all. Is it switched off or muted at the device? If it is the wrong one, choose another below.`,
        ),
        tone: 'bad',
      };
    case 'faint':
      return {
        title: msg('You can hardly be heard'),
        sentence: msg(
          str`“${finding.device}” hears you from afar. Come closer, speak up, or choose another below: it may be the wrong one.`,
        ),
        tone: 'bad',
      };
    case 'heard':
      return {
        title: msg('You are heard well'),
        sentence: msg(str`“${finding.device}” can be used.`),
        tone: 'good',
      };
  }
}

/** Says what trying the loudspeaker has found. */
export function describeEcho(echo: EchoFinding): string {
  switch (echo) {
    case undefined:
      return msg('If sound comes from a loudspeaker while you speak, the microphone may hear that, too.');
    case 'playing':
      return msg('A tone is being played. Be quiet for a moment.');
    case 'echo':
      return msg(
        'The microphone hears the loudspeaker, so what others say there would be written, too. Use headphones, or switch on “Cancel echo” in the settings.',
      );
    case 'none':
      return msg('The microphone does not hear the loudspeaker.');
  }
}

function sayHowToAllow(userAgent: string): string {
  if (/Firefox\//u.test(userAgent))
    return msg(
      'In Firefox: click the crossed-out microphone beside the address of this page, remove the block with the cross, and check again.',
    );
  if (/Edg\/|Chrome\/|Chromium\/|CriOS\//u.test(userAgent))
    return msg(
      'In Chrome and Edge: click the symbol left of the address of this page, switch the microphone on, and check again. If it stays so, look in the privacy settings of the device.',
    );
  if (/iPhone|iPad/u.test(userAgent))
    return msg(
      'On an iPhone or iPad: tap the symbol beside the address, then Website Settings, allow the microphone, and check again.',
    );
  return msg(
    'In Safari: open the menu Safari, then Settings for This Website, allow the microphone, and check again.',
  );
}
