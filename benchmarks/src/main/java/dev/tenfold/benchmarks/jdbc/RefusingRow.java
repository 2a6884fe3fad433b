// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.Map;

/** The reads that the stub's result sets do not do. */
abstract class RefusingRow extends RefusingUpdates {
  @Override
  public byte getByte(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public short getShort(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public float getFloat(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public double getDouble(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Deprecated
  @Override
  public BigDecimal getBigDecimal(int columnIndex, int scale) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public byte[] getBytes(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Date getDate(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Time getTime(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Timestamp getTimestamp(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public InputStream getAsciiStream(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Deprecated
  @Override
  public InputStream getUnicodeStream(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public InputStream getBinaryStream(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public String getString(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean getBoolean(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public byte getByte(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public short getShort(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public int getInt(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public long getLong(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public float getFloat(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public double getDouble(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Deprecated
  @Override
  public BigDecimal getBigDecimal(String columnLabel, int scale) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public byte[] getBytes(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Date getDate(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Time getTime(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Timestamp getTimestamp(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public InputStream getAsciiStream(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Deprecated
  @Override
  public InputStream getUnicodeStream(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public InputStream getBinaryStream(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public String getCursorName() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Object getObject(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Reader getCharacterStream(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Reader getCharacterStream(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public BigDecimal getBigDecimal(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public BigDecimal getBigDecimal(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean isBeforeFirst() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean isAfterLast() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean isFirst() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean isLast() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void beforeFirst() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void afterLast() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean first() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean last() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public int getRow() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean absolute(int row) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean relative(int rows) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public boolean previous() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setFetchDirection(int direction) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public int getFetchDirection() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Object getObject(int columnIndex, Map<String, Class<?>> map) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Ref getRef(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Blob getBlob(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Clob getClob(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Array getArray(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Object getObject(String columnLabel, Map<String, Class<?>> map) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Ref getRef(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Blob getBlob(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Clob getClob(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Array getArray(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Date getDate(int columnIndex, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Date getDate(String columnLabel, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Time getTime(int columnIndex, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Time getTime(String columnLabel, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Timestamp getTimestamp(int columnIndex, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Timestamp getTimestamp(String columnLabel, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public URL getURL(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public URL getURL(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public RowId getRowId(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public RowId getRowId(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public NClob getNClob(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public NClob getNClob(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public SQLXML getSQLXML(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public SQLXML getSQLXML(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public String getNString(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public String getNString(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Reader getNCharacterStream(int columnIndex) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public Reader getNCharacterStream(String columnLabel) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public <T> T getObject(int columnIndex, Class<T> type) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public <T> T getObject(String columnLabel, Class<T> type) throws SQLException {
    throw Refusals.notStubbed();
  }
}
