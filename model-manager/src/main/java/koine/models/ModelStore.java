package koine.models;

import java.util.List;
import koine.i18n.Problem;

/** The models on this computer: those bundled with the program and those in the user's folder. Any thread. */
public interface ModelStore {
    /** All that can be run, bundled first, then by name. Files that are no readable model are left out. */
    List<InstalledModel> installed();

    /**
     * A model by catalogue id, store id, or path to a GGUF file.
     *
     * @throws Problem {@code KOINE-M101} no such model, {@code KOINE-M102} the file is not a readable model
     */
    InstalledModel resolve(String nameOrPath) throws Problem;

    /**
     * The model to use when none was named.
     *
     * @throws Problem {@code KOINE-M103} when there is none on this computer
     */
    InstalledModel preferred() throws Problem;
}
