/** The network gateway: the only way out, and the loopback client. A leaf: knows nothing of the other modules. */
@NullMarked
package koine.net;

import org.jspecify.annotations.NullMarked;
