package io.lorafleet.gateway.security;

import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationTable;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;

/** Whoever sent the request that is being answered. */
@RequestScoped
public class Caller {
    private final SecurityIdentity identity;
    private final GenerationTable table;

    Caller(SecurityIdentity identity, GenerationTable table) {
        this.identity = identity;
        this.table = table;
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
        return table.find(id).filter(this::maySee);
    }
}
