/** Something that keeps no sync from working, but makes it do more or know less than it could. */
export interface SourceWarning {
  readonly message: string;
  readonly remedy: string;
}
