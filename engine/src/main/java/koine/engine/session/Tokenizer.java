package koine.engine.session;

/** The model's own way from text to tokens and back. Any thread. */
public interface Tokenizer {
    /**
     * @param parseSpecial whether names of control tokens in the text are these tokens, or just text
     * @param addSpecial whether the token that begins every sequence of this model is put before
     */
    int[] tokens(String text, boolean addSpecial, boolean parseSpecial);

    /**
     * The prompt as tokens, so that the thread that computes need not read a long text.
     *
     * @throws IllegalArgumentException when there is nothing to read, a token that does not exist, or a word too long
     */
    Generator.Prompt read(Generator.Prompt prompt);

    /** The bytes of a token, which may be part of a character; control tokens have their names. */
    byte[] bytes(int token);

    /** @return whether the token is a sign to the model, not text */
    boolean isControl(int token);

    /** How many tokens there are, numbered from 0. */
    int size();
}
