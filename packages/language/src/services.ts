import {
  createDefaultCoreModule,
  createDefaultSharedCoreModule,
  type DeepPartial,
  EmptyFileSystem,
  inject,
  type LangiumCoreServices,
  type LangiumSharedCoreServices,
  type Module,
} from 'langium';
import { OtaplanGeneratedModule, OtaplanGeneratedSharedModule } from './generated/module.ts';
import { ExpectationProvider } from './syntax/expectations.ts';
import { LangiumReader } from './syntax/langium-reader.ts';
import { OtaplanLexer } from './syntax/lexer.ts';
import { OtaplanTokenBuilder } from './syntax/tokens.ts';
import { OtaplanValueConverter } from './syntax/value-converter.ts';

/** What the language puts in place of Langium's own services. A host merges its module over this one. */
export const OtaplanModule: Module<LangiumCoreServices, DeepPartial<LangiumCoreServices>> = {
  parser: {
    TokenBuilder: () => new OtaplanTokenBuilder(),
    Lexer: (services) => new OtaplanLexer(services),
    ValueConverter: () => new OtaplanValueConverter(),
    ParserErrorMessageProvider: () => new ExpectationProvider(),
  },
};

/** The language's services: grammar, lexer, parser. Reads nothing and touches no file system. */
export function createOtaplanServices(
  module: Module<LangiumCoreServices, DeepPartial<LangiumCoreServices>> = {},
): LangiumCoreServices {
  const shared: LangiumSharedCoreServices = inject(
    createDefaultSharedCoreModule(EmptyFileSystem),
    OtaplanGeneratedSharedModule,
  );
  return inject(createDefaultCoreModule({ shared }), OtaplanGeneratedModule, OtaplanModule, module);
}

/** What reads texts with mistakes. Making one takes time. */
export function createLangiumReader(): LangiumReader {
  return new LangiumReader(createOtaplanServices());
}
