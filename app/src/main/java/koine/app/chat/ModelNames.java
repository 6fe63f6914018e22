package koine.app.chat;

import java.util.Map;
import koine.app.Settings;
import koine.i18n.Problem;
import koine.models.InstalledModel;
import koine.models.ModelStore;
import koine.models.UserPath;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Models as a person names them. */
public final class ModelNames {
    private static final Logger LOG = LoggerFactory.getLogger(ModelNames.class);

    private ModelNames() {}

    /**
     * As the store resolves it, but a path that leads nowhere is said to lead nowhere, not to be an unknown name.
     *
     * @throws Problem {@code KOINE-A122} no such file, {@code KOINE-M101} no such model, {@code KOINE-M102} the file is
     *     not a readable model
     */
    public static InstalledModel resolve(ModelStore models, String nameOrPath) throws Problem {
        try {
            return models.resolve(nameOrPath);
        } catch (Problem e) {
            if (e.code().equals("KOINE-M101") && UserPath.isMeantBy(nameOrPath)) {
                throw new Problem("KOINE-A122", Map.of("file", nameOrPath), e);
            }
            throw e;
        }
    }

    /**
     * The named model, or the usual one where none is named.
     *
     * @throws Problem as {@link #resolve} and {@link #usual}
     */
    public static InstalledModel find(ModelStore models, Settings settings, @Nullable String nameOrPath)
            throws Problem {
        return nameOrPath == null ? usual(models, settings) : resolve(models, nameOrPath);
    }

    /**
     * The model for a question that names none: the one chosen in the settings while it is here.
     *
     * @throws Problem {@code KOINE-M103} there is none on this computer
     */
    public static InstalledModel usual(ModelStore models, Settings settings) throws Problem {
        String chosen = settings.model();
        if (chosen != null) {
            try {
                return models.resolve(chosen);
            } catch (Problem gone) {
                LOG.info("the chosen model is not here any more: {}", gone.code());
            }
        }
        return models.preferred();
    }
}
