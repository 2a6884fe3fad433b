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
import java.sql.ParameterMetaData;
import java.sql.Ref;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;

/** The setters of parameters that the stub's statements do not have. */
abstract class RefusingParameters extends RefusingStatement {
  @Override
  public void setNull(int parameterIndex, int sqlType) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBoolean(int parameterIndex, boolean x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setByte(int parameterIndex, byte x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setShort(int parameterIndex, short x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setFloat(int parameterIndex, float x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setDouble(int parameterIndex, double x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBigDecimal(int parameterIndex, BigDecimal x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBytes(int parameterIndex, byte[] x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setDate(int parameterIndex, Date x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setTime(int parameterIndex, Time x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setTimestamp(int parameterIndex, Timestamp x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setAsciiStream(int parameterIndex, InputStream x, int length) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Deprecated
  @Override
  public void setUnicodeStream(int parameterIndex, InputStream x, int length) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBinaryStream(int parameterIndex, InputStream x, int length) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setObject(int parameterIndex, Object x, int targetSqlType) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void addBatch() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setCharacterStream(int parameterIndex, Reader reader, int length)
      throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setRef(int parameterIndex, Ref x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBlob(int parameterIndex, Blob x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setClob(int parameterIndex, Clob x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setArray(int parameterIndex, Array x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public ResultSetMetaData getMetaData() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setDate(int parameterIndex, Date x, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setTime(int parameterIndex, Time x, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setTimestamp(int parameterIndex, Timestamp x, Calendar cal) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setNull(int parameterIndex, int sqlType, String typeName) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setURL(int parameterIndex, URL x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public ParameterMetaData getParameterMetaData() throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setRowId(int parameterIndex, RowId x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setNString(int parameterIndex, String value) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setNCharacterStream(int parameterIndex, Reader value, long length)
      throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setNClob(int parameterIndex, NClob value) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setClob(int parameterIndex, Reader reader, long length) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBlob(int parameterIndex, InputStream inputStream, long length)
      throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setNClob(int parameterIndex, Reader reader, long length) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setSQLXML(int parameterIndex, SQLXML xmlObject) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setObject(int parameterIndex, Object x, int targetSqlType, int scaleOrLength)
      throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setAsciiStream(int parameterIndex, InputStream x, long length) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBinaryStream(int parameterIndex, InputStream x, long length) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setCharacterStream(int parameterIndex, Reader reader, long length)
      throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setAsciiStream(int parameterIndex, InputStream x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBinaryStream(int parameterIndex, InputStream x) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setCharacterStream(int parameterIndex, Reader reader) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setNCharacterStream(int parameterIndex, Reader value) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setClob(int parameterIndex, Reader reader) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setBlob(int parameterIndex, InputStream inputStream) throws SQLException {
    throw Refusals.notStubbed();
  }

  @Override
  public void setNClob(int parameterIndex, Reader reader) throws SQLException {
    throw Refusals.notStubbed();
  }
}
