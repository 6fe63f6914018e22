package koine.engine.door;

import java.util.List;
import koine.engine.client.EngineLease;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** The models behind a door. Any thread. */
public interface ServedModels {
    /** Ids, as requests name them. */
    List<String> ids();

    /**
     * A running engine with the model loaded; blocks while it loads. The lease stays the implementation's.
     *
     * @param id null is the usual model
     * @throws Problem {@code KOINE-M1xx} no such model; {@code KOINE-E1xx} why there is no engine
     */
    EngineLease engine(@Nullable String id) throws Problem;
}
