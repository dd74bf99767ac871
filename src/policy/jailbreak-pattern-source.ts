import { readFile } from 'node:fs/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import { JailbreakPatterns } from './jailbreak-patterns';
import { PolicyConfig } from './policy.config';

const REFRESH_MS = 15_000;
const MAX_FILE_CHARACTERS = 1_000_000;

/**
 * The jailbreak phrases in force. An operator's file is read in the background at most every 15 seconds,
 * when somebody asks; requests never wait for it after the start. While it cannot be read, the last
 * good content stays.
 */
@Injectable()
export class JailbreakPatternSource {
  private readonly logger = new Logger(JailbreakPatternSource.name);
  private patterns = new JailbreakPatterns();
  private content = '';
  private readAtMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly config: PolicyConfig,
    private readonly clock: Clock,
  ) {}

  /** Reads the file once before the first request; a configured file that cannot be read stops the start. */
  async onModuleInit(): Promise<void> {
    if (this.config.jailbreakPatternsPath === undefined) return;
    await this.read(this.config.jailbreakPatternsPath);
  }

  current(): JailbreakPatterns {
    const path = this.config.jailbreakPatternsPath;
    if (
      path !== undefined &&
      this.reading === undefined &&
      this.clock.monotonic() - this.readAtMs >= REFRESH_MS
    ) {
      this.reading = this.refresh(path);
    }
    return this.patterns;
  }

  private async refresh(path: string): Promise<void> {
    try {
      await this.read(path);
    } catch (error) {
      this.logger.warn(
        `jailbreak phrases: keeping the last version, ${error instanceof Error ? error.message : 'unreadable file'}`,
      );
    } finally {
      this.reading = undefined;
    }
  }

  private async read(path: string): Promise<void> {
    this.readAtMs = this.clock.monotonic();
    const content = (await readFile(path, 'utf8')).slice(0, MAX_FILE_CHARACTERS);
    if (content === this.content) return;
    this.patterns = new JailbreakPatterns(content.split('\n'));
    this.content = content;
  }
}
