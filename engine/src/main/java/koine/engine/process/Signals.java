package koine.engine.process;

/**
 * Signals this process does not heed. Ctrl+C in a terminal reaches everything started from it; an engine that a window
 * shares must not end with the command that happened to start it. Its leases decide.
 *
 * <p>By reflection, since the JDK has this only in {@code jdk.unsupported}; where that is missing, nothing is lost but
 * the protection.
 */
final class Signals {
    private Signals() {}

    static void ignore(String... names) {
        for (String name : names) {
            ignore(name);
        }
    }

    /** @return false where there is no such signal (HUP on Windows) or an option reserved it */
    private static boolean ignore(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ignoring = handler.getField("SIG_IGN").get(null);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ignoring);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
