package koine.engine.llama;

/** A model's own way from text to tokens and back, as an engine has it. Any thread, while the model is open. */
public interface TextTokens {
    /** There is no such token. */
    int NONE = -1;

    /**
     * Tokens of the text, nothing added at its begin or end.
     *
     * @param parseSpecial whether names of control tokens in the text are these tokens, or just text
     */
    int[] tokenize(String text, boolean parseSpecial);

    /** The bytes a token stands for, which may be part of a character; a control token has its name. */
    byte[] bytes(int token);

    /** @return whether the token is a sign to the model, not text */
    boolean isControl(int token);

    /** @throws IllegalArgumentException for a token that is not in the vocabulary */
    void require(int token);

    int size();

    /** Beginning of sequence, or {@link #NONE}. */
    int bos();

    /** Whether the model expects its prompts to begin with {@link #bos}. */
    boolean addsBos();
}
