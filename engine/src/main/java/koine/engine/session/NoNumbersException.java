package koine.engine.session;

/** The model's logits are not numbers: its weights are damaged, or its state has grown without bounds. */
final class NoNumbersException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoNumbersException() {
        super("the model computes no numbers");
    }
}
