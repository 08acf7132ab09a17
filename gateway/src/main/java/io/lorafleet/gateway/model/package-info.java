/** The base model that the workers hold. */
package io.lorafleet.gateway.model;
