// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import java.util.List;

/** Thrown if a valid safetensors file is not a usable adapter. The message gives all reasons. */
public final class BadAdapterException extends Exception {
    private static final long serialVersionUID = 1L;

    BadAdapterException(List<String> reasons) {
        super(AdapterContents.SUPPORTED + String.join("; ", reasons));
    }
}
