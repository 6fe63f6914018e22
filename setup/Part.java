package koine.setup;

import java.io.IOException;
import java.util.List;

/** One thing that has to be there before Koine or its tests can run. */
interface Part {
    /** Whether it is there and whole; quick when nothing changed. */
    boolean ready() throws IOException, Trouble;

    /** The programs of this computer that {@link #make} calls. */
    List<String> tools();

    /** Makes it, replacing what is there. What others use is only ever moved into place when complete. */
    void make() throws IOException, InterruptedException, Trouble;
}
