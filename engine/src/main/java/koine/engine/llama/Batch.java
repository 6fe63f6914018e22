package koine.engine.llama;

import java.util.Arrays;

/** Tokens to be read in one piece of work, each at its position of its sequence. Not thread-safe; made to be reused. */
public final class Batch {
    final int[] tokens;
    final int[] positions;
    final int[] sequences;
    final byte[] outputs;
    private int size;

    /** @param most tokens it has room for */
    public Batch(int most) {
        tokens = new int[most];
        positions = new int[most];
        sequences = new int[most];
        outputs = new byte[most];
    }

    public void clear() {
        size = 0;
    }

    public int size() {
        return size;
    }

    /** How many more tokens fit. */
    public int room() {
        return tokens.length - size;
    }

    /**
     * @param output whether what follows this token is wanted
     * @return the row to ask for it
     * @throws IndexOutOfBoundsException when it is full
     */
    public int add(int token, int position, int sequence, boolean output) {
        tokens[size] = token;
        positions[size] = position;
        sequences[size] = sequence;
        outputs[size] = (byte) (output ? 1 : 0);
        return size++;
    }

    public int token(int row) {
        return tokens[row];
    }

    public int position(int row) {
        return positions[row];
    }

    public int sequence(int row) {
        return sequences[row];
    }

    public boolean output(int row) {
        return outputs[row] != 0;
    }

    @Override
    public String toString() {
        return size + " tokens of sequences "
                + Arrays.toString(Arrays.stream(sequences, 0, size).distinct().toArray());
    }
}
