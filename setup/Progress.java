package koine.setup;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** One line on standard error about one piece of work: redrawn on a terminal, else a new line now and then. */
final class Progress implements AutoCloseable {
    private static final long PLAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final boolean terminal;
    private final String work;
    private String shown = "";
    private long shownAt;

    Progress(boolean terminal, String work) {
        this.terminal = terminal;
        this.work = work;
        show("…");
    }

    /** @param total bytes expected, as pinned */
    void bytes(long done, long total) {
        double megabytes = Math.min(done, total) / 1e6;
        say(String.format(
                Locale.ROOT,
                "%3d %%  %.1f of %.1f MB",
                Math.min(done, total) * 100 / Math.max(1, total),
                megabytes,
                total / 1e6));
    }

    void say(String state) {
        if (!state.equals(shown) && (terminal || System.nanoTime() - shownAt >= PLAIN_NANOS)) {
            show(state);
        }
    }

    void done(String state) {
        show(state);
        if (terminal) {
            System.err.println();
        }
        shown = "";
    }

    private void show(String state) {
        if (terminal) {
            System.err.print("\r" + work + "  " + state + "\u001b[K");
        } else {
            System.err.println(work + "  " + state);
        }
        System.err.flush();
        shown = state;
        shownAt = System.nanoTime();
    }

    /** Ends a line that work left unfinished by an exception. */
    @Override
    public void close() {
        if (terminal && !shown.isEmpty()) {
            System.err.println();
        }
    }
}
