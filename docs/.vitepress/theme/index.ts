// The default theme with the fonts of the reader's system: nothing to download, nothing asked of anybody else.
import theme from 'vitepress/theme-without-fonts';

export default theme;
