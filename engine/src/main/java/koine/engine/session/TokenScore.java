package koine.engine.session;

import java.util.List;

/**
 * How likely a token was, before temperature and the other rules of choice.
 *
 * @param bytes what it stands for; may be part of a character
 * @param logProbability natural logarithm; negative infinity for one that was impossible, NaN when it was not scored
 * @param alternatives the likeliest tokens at this place, likeliest first; the chosen one may be among them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record TokenScore(int token, byte[] bytes, double logProbability, List<TokenScore> alternatives) {}
