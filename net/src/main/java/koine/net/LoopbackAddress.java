package koine.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where something on this computer listens. There is no way to say an address elsewhere, so what takes a
 * {@code LoopbackAddress} cannot leave the machine.
 */
public sealed interface LoopbackAddress {
    /** A TCP port of 127.0.0.1. */
    record Tcp(int port) implements LoopbackAddress {
        public Tcp {
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("no TCP port: " + port);
            }
        }

        @Override
        public SocketAddress socketAddress() {
            try {
                return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e); // four bytes are always an address
            }
        }

        @Override
        public String hostHeader() {
            return "127.0.0.1:" + port;
        }

        @Override
        public String toString() {
            return "http://127.0.0.1:" + port;
        }
    }

    /** A UNIX domain socket: reachable where loopback TCP is not, and guarded by the rights of its folder. */
    record Unix(Path path) implements LoopbackAddress {
        public Unix {
            if (!path.isAbsolute()) {
                throw new IllegalArgumentException("the path of a socket must be absolute");
            }
        }

        @Override
        public SocketAddress socketAddress() {
            return UnixDomainSocketAddress.of(path);
        }

        @Override
        public String hostHeader() {
            return "localhost";
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    SocketAddress socketAddress();

    /** What HTTP's {@code Host} header says. */
    String hostHeader();

    /**
     * Reads {@code http://127.0.0.1:PORT} or {@code unix:/absolute/path}, as they print themselves.
     *
     * @throws IllegalArgumentException for everything else, names and other loopback addresses included
     */
    static LoopbackAddress parse(String text) {
        if (text.toLowerCase(Locale.ROOT).startsWith("unix:")) {
            try {
                return new Unix(Path.of(text.substring("unix:".length())));
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("not a socket path", e);
            }
        }
        Matcher tcp = Pattern.compile("http://127\\.0\\.0\\.1:([0-9]{1,5})").matcher(text);
        if (!tcp.matches()) {
            throw new IllegalArgumentException("not an address of this computer: " + text);
        }
        return new Tcp(Integer.parseInt(tcp.group(1)));
    }
}
