package koine.app;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import koine.app.chat.Engines;
import koine.models.Catalogue;
import koine.models.FileModelStore;

/** A profile in a test's own folder, with the models and packs that the program ships with. */
public final class TestProfile {
    private TestProfile() {}

    public static Folders folders(Path home) {
        Properties properties = new Properties();
        properties.setProperty("koine.bundle", System.getProperty("koine.bundle", ""));
        return Folders.resolve(Map.of("KOINE_HOME", home.toString()), properties);
    }

    public static Koine open(Path home, Engines engines) {
        Folders folders = folders(home);
        Path bundle = Objects.requireNonNull(folders.bundle(), "the tests need -Dkoine.bundle");
        return new Koine(
                folders,
                new FileModelStore(Catalogue.builtIn(), bundle.resolve("models"), folders.models()),
                engines,
                Map.of("LANG", "en_US.UTF-8"),
                System.getProperties());
    }
}
