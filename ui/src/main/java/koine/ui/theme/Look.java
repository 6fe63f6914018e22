package koine.ui.theme;

import atlantafx.base.theme.PrimerDark;
import atlantafx.base.theme.PrimerLight;
import java.net.URL;
import java.util.List;
import java.util.Objects;
import javafx.application.Application;
import javafx.scene.Scene;

/** AtlantaFX's Primer below, the house's colour roles and shapes above. */
public final class Look {
    private Look() {}

    /** Dresses the scene, and what pops up from it. */
    public static void apply(Scene scene, boolean dark) {
        Application.setUserAgentStylesheet((dark ? new PrimerDark() : new PrimerLight()).getUserAgentStylesheet());
        scene.getStylesheets().setAll(sheets(dark));
    }

    static List<String> sheets(boolean dark) {
        return List.of(sheet(dark ? "dark.css" : "light.css"), sheet("koine.css"));
    }

    private static String sheet(String name) {
        URL found = Look.class.getResource(name);
        return Objects.requireNonNull(found, name).toExternalForm();
    }
}
