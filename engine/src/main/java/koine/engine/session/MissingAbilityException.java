package koine.engine.session;

import java.util.Set;
import koine.engine.session.Generator.Request;

/** Something was asked for that this engine cannot do. */
public final class MissingAbilityException extends UnsupportedOperationException {
    private static final long serialVersionUID = 1L;
    private final Ability ability;

    public MissingAbilityException(Ability ability) {
        super("this engine does not have \"" + ability.id() + "\": " + ability.words());
        this.ability = ability;
    }

    public Ability ability() {
        return ability;
    }

    /** @throws MissingAbilityException when the request needs an ability that is not among these */
    public static void require(Set<Ability> abilities, Request request) {
        for (Ability needed : Ability.neededBy(request)) {
            require(abilities, needed);
        }
    }

    /** @throws MissingAbilityException when it is not among these */
    public static void require(Set<Ability> abilities, Ability needed) {
        if (!abilities.contains(needed)) {
            throw new MissingAbilityException(needed);
        }
    }
}
