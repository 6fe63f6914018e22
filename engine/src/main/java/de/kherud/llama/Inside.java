package de.kherud.llama;

import koine.engine.llama.ModelLoadException;
import koine.engine.session.GenerationException;
import org.jspecify.annotations.NullMarked;

/**
 * What java-llama.cpp keeps within its package and Koine needs: prompts as tokens, so that they are exact, pieces of answers as
 * they come, and the bytes of a token. A class in that package is held to it by the compiler when the library changes;
 * reflection would not be.
 * Belongs to one thread, but for {@link #tokens} and {@link #bytes}.
 */
@NullMarked
public final class Inside {
    private final LlamaModel model;

    /**
     * Loads a model; blocks until done.
     *
     * @throws ModelLoadException for whatever reason: too little memory, a file gone or changed since its header was read, or
     *     one that was written otherwise in its time
     */
    public Inside(ModelParameters parameters) throws ModelLoadException {
        try {
            this.model = new LlamaModel(parameters);
        } catch (LlamaException e) {
            throw new ModelLoadException(ModelLoadException.Reason.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** @param last whether nothing follows; then there is no text */
    public record Output(String text, boolean last) {}

    /**
     * Hands a request to the library's own thread.
     *
     * @param json as llama-server takes it; what is no JSON ends the process
     * @return its number
     * @throws GenerationException when a field is refused
     */
    public int begin(String json) {
        try {
            return model.requestCompletion(json);
        } catch (LlamaException e) {
            throw failure(e);
        }
    }

    /**
     * Blocks until there is more.
     *
     * @throws GenerationException when the request has failed
     */
    public Output next(int request) {
        try {
            LlamaOutput output = model.receiveCompletion(request);
            return new Output(output.text, output.stop);
        } catch (LlamaException e) {
            throw failure(e);
        }
    }

    private static GenerationException failure(LlamaException e) {
        return new GenerationException("java-llama.cpp: " + e.getMessage());
    }

    /** Ends a request; nothing more may be asked of it, it would never come. */
    public void cancel(int request) {
        model.cancelCompletion(request);
    }

    /** @param token within the vocabulary; another ends the process */
    public byte[] bytes(int token) {
        return model.decodeBytes(new int[] {token});
    }

    /** Tokens of a text, names of control tokens among them, nothing added. */
    public int[] tokens(String text) {
        return model.encode(text);
    }

    /** Its thread ends with what it computes now; the memory is the process's until that ends. */
    public void close() {
        model.close();
    }
}
