/** Generation over one loaded model: prompt, prefix cache, sampling, cancel. */
@NullMarked
package koine.engine.session;

import org.jspecify.annotations.NullMarked;
