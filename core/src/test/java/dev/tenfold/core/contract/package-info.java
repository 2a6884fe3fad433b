/**
 * What every implementation of core's SPI must hold: extend the class of the interface, hand over
 * an instance, and run it with the other tests. Published in the {@code tests} jar.
 */
package dev.tenfold.core.contract;
