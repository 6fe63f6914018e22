package koine.app;

import java.nio.file.Path;
import java.util.List;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;

/** What the command line needs of the window; the `ui` module implements it and hands it in at start. */
public interface Desktop {
    /** True when a window can be shown on this machine (a display is there). */
    boolean available();

    /**
     * Opens the window and returns when it is closed.
     *
     * @param language BCP 47 tag of the language wanted for this run; null is the profile's. Not kept.
     * @return the exit code
     * @throws NoDisplayException there is no window after all: a display that is named but does not answer, a library
     *     that is missing. The assistant is still open.
     */
    int open(Assistant assistant, @Nullable String language) throws Problem, NoDisplayException;

    /**
     * Renders a screen, without a display, from the profile's own data.
     *
     * @param screen {@code chat}, {@code welcome} or {@code settings}
     */
    void screenshot(Assistant assistant, String screen, ScreenshotOptions options) throws Problem;

    /** The screens that can be rendered, and the states of each that can be named. */
    default List<Screen> screens() {
        return List.of(
                new Screen("chat", List.of()), new Screen("settings", List.of()), new Screen("welcome", List.of()));
    }

    /** A window cannot be shown here, whatever {@link #available} said. */
    final class NoDisplayException extends Exception {
        private static final long serialVersionUID = 1L;

        public NoDisplayException(@Nullable Throwable cause) {
            super(cause);
        }
    }

    /** @param name as {@link #screenshot} takes it */
    record Screen(String name, List<String> states) {}

    /**
     * @param dark null is the profile's choice
     * @param state one of the screen's {@link Screen#states}; null is none
     */
    record ScreenshotOptions(
            @Nullable UiLanguage language,
            @Nullable Boolean dark,
            int width,
            int height,
            Path out,
            @Nullable String state) {
        /** Of the screen as it comes. */
        public ScreenshotOptions(
                @Nullable UiLanguage language, @Nullable Boolean dark, int width, int height, Path out) {
            this(language, dark, width, height, out, null);
        }
    }
}
