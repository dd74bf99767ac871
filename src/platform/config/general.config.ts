import { MODES, Setting, type Mode } from './setting';
import { choice, text } from './setting-types';

/** What kind of installation this is. */
export class GeneralConfig {
  static readonly section = 'General';

  @Setting({
    env: 'MODELMUXER_MODE',
    type: choice(MODES),
    default: 'enhanced',
    describe:
      'Profile of defaults: `basic` (no redaction, jailbreak detection or intent labels), `enhanced` (all on), or `production` (refuses to start when anything is unsafe). `--mode` on the command line does the same.',
  })
  readonly mode: Mode;

  @Setting({
    env: 'MODELMUXER_CONFIG',
    type: text(),
    describe:
      'YAML file with settings. Keys are the names of this list in any case; nesting stands for `__`. The environment and `.env` win over it.',
    example: '/etc/modelmuxer/config.yaml',
  })
  readonly configFile: string | undefined;
}
