package koine.app;

import koine.i18n.UiLanguage;
import org.jspecify.annotations.Nullable;

/** The person's choices, kept in the profile; a change is written at once (temporary name, synced, moved). Any thread. */
public interface Settings {
    /** The chosen language of the interface; when none was chosen, the system's if we speak it, else English. */
    UiLanguage language();

    void setLanguage(UiLanguage language);

    Theme theme();

    void setTheme(Theme theme);

    /** Id of the model to use for new conversations; null when none was chosen. */
    @Nullable
    String model();

    void setModel(@Nullable String model);

    /** What is to compute models, see {@link koine.engine.hardware.Wish}; null when Koine chooses. */
    @Nullable
    String device();

    void setDevice(@Nullable String device);

    /** Light, dark, or as the system has it. */
    enum Theme {
        SYSTEM,
        LIGHT,
        DARK
    }
}
