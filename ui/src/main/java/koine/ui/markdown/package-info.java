/** Markdown as nodes: commonmark's tree drawn block by block, each in its own direction. */
@NullMarked
package koine.ui.markdown;

import org.jspecify.annotations.NullMarked;
