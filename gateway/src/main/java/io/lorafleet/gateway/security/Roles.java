// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import io.lorafleet.messages.ApiKeys.Role;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The role names in tokens and annotations. */
public final class Roles {
    public static final String GENERATE = "generate";
    public static final String FEEDBACK = "feedback";
    public static final String MANAGE_ADAPTERS = "manage-adapters";
    public static final String OPERATE = "operate";

    static final Set<String> ALL = Arrays.stream(Role.values()).map(Roles::name).collect(Collectors.toSet());

    private Roles() {}

    static String name(Role role) {
        return role.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
