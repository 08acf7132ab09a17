package io.lorafleet.gateway.security;

import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.Generations;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;

/** Whoever sent the request that is being answered. */
@RequestScoped
public class Caller {
    private final SecurityIdentity identity;
    private final Generations generations;

    Caller(SecurityIdentity identity, Generations generations) {
        this.identity = identity;
        this.generations = generations;
    }

    /** @return who that is; null where nobody has to say so */
    public String name() {
        return identity.isAnonymous() ? null : identity.getPrincipal().getName();
    }

    /** @return whether it is one of the caller's own, or the caller is an operator */
    public boolean maySee(Generation generation) {
        boolean own = generation.request() != null
                && name() != null
                && name().equals(generation.request().owner());
        return own || identity.hasRole(Roles.OPERATE);
    }

    /** @return the generation, if there is one that the caller may see */
    public Optional<Generation> find(String id) {
        return generations.find(id).filter(this::maySee);
    }
}
