package koine.ui;

import java.util.Locale;
import java.util.Map;

/** Whether a window can be shown here. */
final class Display {
    private Display() {}

    /**
     * JavaFX on Linux draws through X11; under Wayland that is XWayland, which sets {@code DISPLAY} too.
     *
     * @param system {@code os.name}
     * @param platform {@code glass.platform}, empty when not set
     */
    static boolean available(String system, Map<String, String> environment, String platform) {
        if (platform.equalsIgnoreCase("headless")) {
            return true; // asked for by name: the window opens, and nobody sees it
        }
        if (!system.toLowerCase(Locale.ROOT).startsWith("linux")) {
            return true;
        }
        return !environment.getOrDefault("DISPLAY", "").isBlank();
    }
}
