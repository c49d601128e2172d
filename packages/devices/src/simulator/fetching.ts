import type { Draws } from '../profile/draws.ts';
import { strikes, type Temper } from '../profile/temper.ts';
import { backoff } from '../protocol/backoff.ts';
import { DownloadRefused, ExchangeFailure } from '../protocol/failure.ts';
import { Download, type DownloadedFile } from '../protocol/index.ts';
import type { Work } from './memory.ts';
import type { World } from './world.ts';

type Report = (
  work: Work,
  status: 'readyToDownload' | 'downloading' | 'downloadFailed' | 'downloadSucceeded',
  more?: { progress?: number; cause?: string },
) => Promise<void>;

/** Failures in a row after which a download is given up. */
const mostFailures = 8;
/** Fresh addresses in a row that may be refused. */
const mostRefusedAddresses = 5;
/** Progress is reported when it passes these, in percent. */
const steps = [25, 50, 75] as const;

/** Downloads and checks the files of one component, with the faults that the profile has for it. */
export class Fetching {
  readonly #world: World;
  readonly #draws: Draws;
  readonly #temper: Temper;
  readonly #report: Report;

  constructor(world: World, draws: Draws, temper: Temper, report: Report) {
    this.#world = world;
    this.#draws = draws;
    this.#temper = temper;
    this.#report = report;
  }

  /**
   * Fetches the files, going on where an earlier try of the same attempt stopped, and reports how it goes.
   * @returns `addressOver`: read the plan for a new address and call again
   */
  async fetch(files: readonly DownloadedFile[], work: Work): Promise<'succeeded' | 'failed' | 'addressOver'> {
    const begun = work.downloads.length > 0;
    if (!begun) {
      await this.#report(work, 'readyToDownload');
      work.downloads = files.map((file) => new Download(file, this.#world.files, () => this.#world.schedule.now()));
    }
    const cause = await this.#world.downloadTurn(async () => {
      if (!begun) await this.#report(work, 'downloading', { progress: 0 });
      return await this.#fetchAll(files, work);
    });
    if (cause === 'addressOver') {
      if (++work.refusedAddresses < mostRefusedAddresses) return 'addressOver';
    } else work.refusedAddresses = 0;
    if (cause !== null) {
      work.downloads = [];
      const told = cause === 'addressOver' ? 'The download address is refused' : cause;
      work.failure = told;
      await this.#report(work, 'downloadFailed', { cause: told });
      return 'failed';
    }
    this.#world.tally.traffic.downloads++;
    await this.#report(work, 'downloadSucceeded', { progress: 100 });
    return 'succeeded';
  }

  /** @returns the cause of a failure; `null`: everything is here and right */
  async #fetchAll(files: readonly DownloadedFile[], work: Work): Promise<string | null> {
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const [index, file] of files.entries()) {
      const download = work.downloads[index];
      // The same address list comes again for the same attempt; if it did not, there is nothing to go on with.
      if (!download || download.file.sha256 !== file.sha256) return 'The files of the address have changed';
      const cause = await this.#fetchOne(download, file.url, work, before, total);
      if (cause !== null) return cause;
      before += file.size;
    }
    for (const download of work.downloads) {
      const cause = download.differs();
      if (cause !== null) return cause;
    }
    return null;
  }

  async #fetchOne(download: Download, url: string, work: Work, before: number, total: number): Promise<string | null> {
    let failures = 0;
    let reported = (100 * (before + download.bytes)) / total;
    while (!download.complete) {
      const from = download.bytes;
      try {
        await download.next(url, (chunk, offset) =>
          this.#pass(chunk, (before + offset) / total, before + offset, total, work),
        );
        failures = 0;
      } catch (error) {
        if (error instanceof DownloadRefused) return error.message;
        if (!(error instanceof ExchangeFailure) || this.#world.schedule.stopped) throw error;
        if (error.kind === 'addressOver') return 'addressOver';
        if (error.kind === 'notUnderstood') return error.message;
        // A server that asks for patience is there: such answers may come for longer.
        failures += error.kind === 'busy' ? 0.1 : 1;
        if (failures >= mostFailures) return error.message;
        await this.#recover(error, Math.ceil(failures), work);
      }
      this.#world.tally.traffic.bytes += Math.max(0, download.bytes - from);
      await this.#keepPace(download.bytes - from);
      const progress = (100 * (before + download.bytes)) / total;
      const passed = steps.findLast((step) => reported < step && progress >= step);
      if (passed !== undefined && progress < 100) await this.#report(work, 'downloading', { progress: passed });
      reported = progress;
    }
    return null;
  }

  /** Sees every piece of the file: here the profile breaks lines, bytes and downloads. */
  #pass(chunk: Buffer, share: number, offset: number, total: number, work: Work): Buffer {
    const end = (offset + chunk.length) / total;
    for (const fault of this.#temper.all('fail', work.identifier)) {
      if (fault.at === 'download' && strikes(fault, work.attempt))
        throw new DownloadRefused(fault.cause ?? 'No room for the file');
    }
    const broken = this.#temper.find('loseNetwork', work.identifier);
    if (broken !== null && work.breaks < broken.times && end >= broken.at) {
      work.breaks++;
      throw new ExchangeFailure('unreachable', 'The network was lost (fault of the profile).');
    }
    if (offset > 0 || share > 0 || !strikes(this.#temper.find('corrupt', work.identifier), work.attempt)) return chunk;
    const corrupted = Buffer.from(chunk);
    corrupted[0] = (corrupted[0] ?? 0) ^ 0x01;
    return corrupted;
  }

  async #recover(error: ExchangeFailure, failures: number, work: Work): Promise<void> {
    const { schedule } = this.#world;
    const purpose = `${work.identifier} ${work.attempt} ${work.breaks}`;
    const broken = this.#temper.find('loseNetwork', work.identifier);
    if (broken !== null && error.kind === 'unreachable' && work.breaks > 0) {
      await schedule.deviceSeconds(this.#draws.between(`network ${purpose}`, broken.seconds));
    } else {
      await schedule.milliseconds(
        backoff(
          failures,
          error.retryAfterMilliseconds,
          this.#draws.draw(`file ${purpose} ${failures}`),
          this.#world.backoff,
        ),
      );
    }
  }

  async #keepPace(bytes: number): Promise<void> {
    const slow = this.#temper.find('slow');
    const rate = slow?.bytesPerSecond ?? this.#world.profile.timing.bytesPerSecond;
    if (rate !== undefined && bytes > 0) await this.#world.schedule.deviceSeconds(bytes / rate);
  }
}
