package koine.ui;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DisplayTest {
    @Test
    void linuxNeedsADisplay() {
        assertTrue(Display.available("Linux", Map.of("DISPLAY", ":0"), ""));
        assertFalse(Display.available("Linux", Map.of(), ""));
        assertFalse(Display.available("Linux", Map.of("DISPLAY", ""), ""));
        assertFalse(Display.available("Linux", Map.of("WAYLAND_DISPLAY", "wayland-0"), ""));
    }

    @Test
    void windowsAndMacAlwaysHaveOne() {
        assertTrue(Display.available("Windows 11", Map.of(), ""));
        assertTrue(Display.available("Mac OS X", Map.of(), ""));
    }

    @Test
    void theHeadlessOneIsThereWhenAskedForByName() {
        assertTrue(Display.available("Linux", Map.of(), "Headless"));
    }
}
