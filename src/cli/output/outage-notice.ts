import { type Terminal, yellow } from './terminal';

/** Says, once an outage, that Temporal is not there. */
export function outageNotice(terminal: Terminal): () => void {
  return () => {
    terminal.say(`${yellow('note')} Temporal can't be reached; the sync goes on when it is back`);
  };
}
