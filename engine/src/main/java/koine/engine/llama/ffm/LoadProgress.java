package koine.engine.llama.ffm;

/** Hears the load of a model, on the loading thread. */
@FunctionalInterface
public interface LoadProgress {
    /**
     * @param fraction loaded so far, 0 to 1
     * @return false ends the load
     */
    boolean onProgress(float fraction);
}
