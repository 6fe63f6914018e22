package koine.ui.shell;

import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import koine.app.Settings;
import koine.app.Settings.Theme;
import koine.i18n.UiLanguage;
import koine.ui.language.Texts;
import koine.ui.tasks.Tasks;

/** Language and theme of the window, kept in the settings. Window's thread only. */
public final class Appearance {
    private final Settings settings;
    private final Texts texts;
    private final Tasks tasks;
    private final ReadOnlyObjectWrapper<Theme> theme;
    private final ReadOnlyBooleanWrapper dark = new ReadOnlyBooleanWrapper();
    private boolean systemDark;

    public Appearance(Settings settings, Texts texts, Tasks tasks) {
        this.settings = settings;
        this.texts = texts;
        this.tasks = tasks;
        this.theme = new ReadOnlyObjectWrapper<>(settings.theme());
        judge();
    }

    public ReadOnlyObjectProperty<Theme> theme() {
        return theme.getReadOnlyProperty();
    }

    /** What the theme comes to, with the system asked where it decides. */
    public ReadOnlyBooleanProperty dark() {
        return dark.getReadOnlyProperty();
    }

    public void setSystemDark(boolean isDark) {
        systemDark = isDark;
        judge();
    }

    public void setTheme(Theme wanted) {
        theme.set(wanted);
        judge();
        tasks.background(() -> settings.setTheme(wanted));
    }

    /** From light to dark or back, whatever led to it. */
    public void toggleDark() {
        setTheme(dark.get() ? Theme.LIGHT : Theme.DARK);
    }

    public void setLanguage(UiLanguage language) {
        texts.setLanguage(language);
        tasks.background(() -> settings.setLanguage(language));
    }

    private void judge() {
        dark.set(
                switch (theme.get()) {
                    case DARK -> true;
                    case LIGHT -> false;
                    case SYSTEM -> systemDark;
                });
    }
}
