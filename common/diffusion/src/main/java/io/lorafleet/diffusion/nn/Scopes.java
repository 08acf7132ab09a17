// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Scopes of intermediate results. */
public final class Scopes {
    private Scopes() {}

    /**
     * Opens a scope under the manager of {@code first}. The scope owns all results computed from these arrays. Closing
     * the scope frees these results, except those passed to {@code scope.ret(...)}, and returns the arrays to their
     * managers.
     */
    public static NDManager open(NDArray first, NDArray... more) {
        NDManager scope = NDManager.subManagerOf(first);
        first.tempAttach(scope);
        for (NDArray array : more) {
            array.tempAttach(scope);
        }
        return scope;
    }
}
